require 'syncano_users'

SyncanoUsers.configure do |config|
  config.scheme, config.host, config.base_path = ENV.fetch('SYNCANO_URL').match(%r{(.+)://([^/]+)(.*)}).captures
  config.api_key['X-API-KEY'] = ENV.fetch('SYNCANO_API_KEY')
end
credentials = SyncanoUsers::Credentials.new(username: 'yennefer', password: ENV.fetch('SYNCANO_PASSWORD'))
user = SyncanoUsers::UsersApi.new.add_user(ENV.fetch('SYNCANO_INSTANCE'), credentials)
puts "#{user.username} is user #{user.id}"
